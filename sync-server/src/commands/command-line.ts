import { DataInUse } from '../claim-data.ts';
import { ConfigError } from '../config.ts';
import { DataDamaged, FolderUnusable, StorageFull } from '../store/store-errors.ts';

/** Runs a command of the terminal; what it can't do is a sentence and exit code 1, never a stack trace. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
	try {
		await command();
	} catch (error) {
		console.error(sentenceOf(error));
		process.exitCode = 1;
	}
}

/** A command that can't go on; the message is for whoever typed it. */
export class CommandRefused extends Error {
	readonly code = 'command.refused';

	constructor(sentence: string) {
		super(sentence);
		this.name = 'CommandRefused';
	}
}

function sentenceOf(error: unknown): string {
	if (error instanceof DataInUse) return `${error.message} Stop it first.`;
	if (
		error instanceof CommandRefused ||
		error instanceof FolderUnusable ||
		error instanceof ConfigError ||
		error instanceof DataDamaged ||
		error instanceof StorageFull
	) {
		return error.message;
	}
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'ENOSPC') return 'The disk is full.';
	if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
		return `This account may not do that: ${error instanceof Error ? error.message : code}`;
	}
	return `Something unexpected happened: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
