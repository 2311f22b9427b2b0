/** The part of pouchdb-selector-core 9 we use; the package has no types of its own. */
declare module 'pouchdb-selector-core' {
	/** Whether a document matches a Mango selector. Throws for a selector that is none. */
	export function matchesSelector(doc: object, selector: object): boolean;
}
