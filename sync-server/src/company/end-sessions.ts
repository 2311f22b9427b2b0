import type { Registry } from './registry.ts';

/** Ends every session of a person; what waits on one ends as the registry tells that it is gone. */
export async function endSessions(
	registry: Registry,
	companyId: string,
	userId: string
): Promise<void> {
	for await (const id of registry.idsWith('session:')) {
		const session = await registry.read<{ owner: { companyId?: string; userId?: string } }>(id);
		const { owner } = session ?? {};
		if (owner?.companyId === companyId && owner.userId === userId) {
			await registry.update(id, () => null);
		}
	}
}
