import type { ProfileBody } from '@outlay/domain/person';
import type { Done } from './app.ts';
import { newEnvelope, withBody, type DeedContext } from './context.ts';

/** Keeps what a person chose for themselves, so that their other devices know it. */
export async function saveProfile(
	context: DeedContext,
	change: Partial<ProfileBody>
): Promise<Done> {
	const profileId = `profile:${context.me.userId}`;
	if ((await context.documents.get('profile', profileId)) === null) {
		await context.documents.add({
			_id: profileId,
			type: 'profile',
			...newEnvelope(context, 'profile'),
			body: { language: 'en', theme: 'system', ...change }
		});
	} else {
		await context.documents.edit('profile', profileId, (document) =>
			withBody(document, { ...document.body, ...change }, context.clock)
		);
	}
	return { ok: true, value: undefined };
}
