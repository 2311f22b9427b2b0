declare global {
	// Nothing of the framework's own types is widened.
	namespace App {}
}

export {};
