import type { Paint } from './prepare-photo.ts';

/** For workers. */
export const paintOffscreen: Paint = (picture, { widthPx, heightPx }) => {
	const canvas = new OffscreenCanvas(widthPx, heightPx);
	const context = canvas.getContext('2d');
	if (!context) throw new Error('No 2D canvas in this worker');
	context.fillStyle = '#ffffff';
	context.fillRect(0, 0, widthPx, heightPx);
	context.imageSmoothingQuality = 'high';
	context.drawImage(picture, 0, 0, widthPx, heightPx);
	return (mediaType, quality) => canvas.convertToBlob({ type: mediaType, quality });
};
