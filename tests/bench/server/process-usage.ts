import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

/** The process behind a listening port of this machine, or null where it can't be told (not Linux, another machine). */
export function processListeningOn(port: number): number | null {
	const inode = listeningInode(port);
	if (inode === null) return null;
	for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
		try {
			for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
				if (readlinkSync(`/proc/${pid}/fd/${descriptor}`) === `socket:[${inode}]`) {
					return Number(pid);
				}
			}
		} catch {
			// Processes of others and processes that just ended have nothing to show.
		}
	}
	return null;
}

/** Seconds of processor time so far, all threads. Linux counts in hundredths. */
export function processorSeconds(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The most memory it has held since the peak was last forgotten, in MB. */
export function peakMemoryMb(pid: number): number {
	return statusKb(pid, 'VmHWM') / 1024;
}

/** Memory it holds now, in MB. */
export function memoryMb(pid: number): number {
	return statusKb(pid, 'VmRSS') / 1024;
}

export function forgetPeak(pid: number): void {
	try {
		writeFileSync(`/proc/${pid}/clear_refs`, '5');
	} catch {
		// Without the right to it the peak is that of the process's whole life.
	}
}

function statusKb(pid: number, name: string): number {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}

function listeningInode(port: number): string | null {
	const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
	for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
		let lines: string[];
		try {
			lines = readFileSync(file, 'utf8').split('\n');
		} catch {
			continue;
		}
		for (const line of lines) {
			const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
			if (state === '0A' && local?.endsWith(wanted) === true) return inode ?? null;
		}
	}
	return null;
}
