/** A block is not where the index says: the index must be made again. */
export class IndexDamaged extends Error {
	readonly code = 'index.damaged';

	constructor() {
		super('A block of the index is missing.');
		this.name = 'IndexDamaged';
	}
}
