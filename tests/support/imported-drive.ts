import type { Account } from '#lib/commands/app.ts';

/** When the drive of `aGpxFile` begins. */
export const DRIVE_START_MS = Date.parse('2026-03-02T08:00:00.000Z');

/** Northwards at 20 m/s for ten minutes, as another app writes it; one track for each name, a day apart. */
export function aGpxFile(names: readonly string[] = ['To the site']): File {
	const tracks = names.map((name, day) => {
		const points = Array.from({ length: 600 }, (_, second) => {
			const time = new Date(DRIVE_START_MS + day * 86_400_000 + second * 1000).toISOString();
			return `<trkpt lat="${55.4 + second * 1.8e-4}" lon="10.4"><time>${time}</time></trkpt>`;
		});
		return `<trk><name>${name}</name><trkseg>${points.join('')}</trkseg></trk>`;
	});
	return new File([`<gpx version="1.1">${tracks.join('')}</gpx>`], 'drive.gpx');
}

/** Makes a trip of the first drive of a file; gives the ids of its mileage and its recording. */
export async function importFirstDrive(
	account: Account,
	file: Blob = aGpxFile()
): Promise<{ transactionId: string; tripId: string }> {
	const read = await account.deeds.readRecording(file);
	if (!read.ok) throw new Error(read.refusal.code);
	const { by, drives } = read.value;
	const done = await account.deeds.importTrip(by, drives[0]!, false);
	if (!done.ok) throw new Error(done.refusal.code);
	return { transactionId: done.value, tripId: done.value.replace('transaction:', 'trip:') };
}
