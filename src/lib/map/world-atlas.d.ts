// Declared by hand: TypeScript would infer types as large as the files.

declare module 'world-atlas/countries-50m.json' {
	import type { GeometryCollection, Topology } from 'topojson-specification';

	const topology: Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
	export default topology;
}

declare module 'world-atlas/land-10m.json' {
	import type { GeometryCollection, Topology } from 'topojson-specification';

	const topology: Topology<{ land: GeometryCollection }>;
	export default topology;
}
