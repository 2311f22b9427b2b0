import type { Setting, SettingBody } from './setting.ts';

/** The setting of that name in force on a day (`YYYY-MM-DD`): the latest that began by then. Null without one. */
export function settingOn<N extends SettingBody['name']>(
	settings: readonly Setting[],
	name: N,
	day: string
): { validFrom: string; body: Extract<SettingBody, { name: N }> } | null {
	let found: Setting | null = null;
	for (const setting of settings) {
		if (setting.body.name !== name || validFromOf(setting) > day) continue;
		if (found === null || validFromOf(setting) > validFromOf(found)) found = setting;
	}
	if (found === null) return null;
	return {
		validFrom: validFromOf(found),
		// The name was compared above.
		body: found.body as Extract<SettingBody, { name: N }>
	};
}

function validFromOf(setting: Setting): string {
	return setting._id.slice(setting._id.lastIndexOf(':') + 1);
}
