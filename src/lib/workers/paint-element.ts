import type { Paint } from './prepare-photo.ts';

/** For browsers whose workers have no canvas: on the main thread. */
export const paintElement: Paint = (picture, { widthPx, heightPx }) => {
	const canvas = document.createElement('canvas');
	canvas.width = widthPx;
	canvas.height = heightPx;
	const context = canvas.getContext('2d');
	if (!context) throw new Error('No 2D canvas in this browser');
	context.fillStyle = '#ffffff';
	context.fillRect(0, 0, widthPx, heightPx);
	context.imageSmoothingQuality = 'high';
	context.drawImage(picture, 0, 0, widthPx, heightPx);
	return (mediaType, quality) =>
		new Promise<Blob>((resolve, reject) => {
			canvas.toBlob(
				(blob) => (blob ? resolve(blob) : reject(new Error('The canvas gave no picture'))),
				mediaType,
				quality
			);
		});
};
