import { guardDraft } from '@outlay/domain/content-guard';
import { emptyProfile, ProfileBody } from '@outlay/domain/person';
import type { Done } from './app.ts';
import { newEnvelope, withBody, type DeedContext } from './context.ts';

/** Keeps what a person chose for themselves, so that their other devices know it. */
export function saveProfile(context: DeedContext, change: Partial<ProfileBody>): Promise<Done> {
	return editProfile(context, (body) => ({ ...body, ...change }));
}

/**
 * Changes what a person keeps for themselves by a pure function of its newest state. Numbers that have no place in a
 * text are stored unreadable, unless the person said that they are none.
 */
export async function editProfile(
	context: DeedContext,
	change: (body: ProfileBody) => ProfileBody
): Promise<Done> {
	const profileId = `profile:${context.me.userId}`;
	const guarded = (body: ProfileBody) => guardDraft(ProfileBody, body, change(body));
	if ((await context.documents.get('profile', profileId)) === null) {
		await context.documents.add({
			_id: profileId,
			type: 'profile',
			...newEnvelope(context, 'profile'),
			body: guarded(emptyProfile())
		});
	} else {
		await context.documents.edit('profile', profileId, (document) =>
			withBody(document, guarded(document.body), context.clock)
		);
	}
	return { ok: true, value: undefined };
}
