import type { Page } from '@playwright/test';

/** A JPEG made in the page, where no photographed receipt is at hand. */
export async function aMadeUpPhoto(
	page: Page
): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
	const base64 = await page.evaluate(async () => {
		const canvas = new OffscreenCanvas(1200, 1800);
		const pen = canvas.getContext('2d');
		if (pen === null) throw new Error('no canvas');
		pen.fillStyle = '#fff';
		pen.fillRect(0, 0, 1200, 1800);
		pen.fillStyle = '#111';
		pen.font = '80px sans-serif';
		pen.fillText(`Receipt ${crypto.randomUUID()}`, 60, 200);
		const bytes = new Uint8Array(
			await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })).arrayBuffer()
		);
		return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
	});
	return { name: 'receipt.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') };
}
