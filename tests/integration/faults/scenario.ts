import fc from 'fast-check';

/** One thing that happens. `device` and `document` count modulo what there is. */
export type Step =
	| { do: 'create'; device: number }
	| { do: 'save'; device: number; document: number; field: SavedField }
	/** Two devices at the same moment. */
	| { do: 'save-both'; document: number; field: SavedField }
	| { do: 'attach'; device: number; document: number; kilobytes: number }
	| { do: 'detach'; device: number; document: number }
	| { do: 'submit'; device: number; document: number }
	| { do: 'remove'; device: number; document: number }
	/** The tab is gone after so many writes to its store; it is opened again later. */
	| { do: 'kill'; device: number; afterWrites: number }
	| { do: 'open'; device: number }
	| { do: 'offline'; device: number }
	| { do: 'online'; device: number }
	/** A tap on "Try now". */
	| { do: 'wake'; device: number }
	| { do: 'wait'; ms: number }
	| { do: 'kill-server'; downMs: number }
	/** The data folder is copied while the server is down. */
	| { do: 'back-up' }
	/** The server comes back on the last copy, with another epoch. */
	| { do: 'restore' };

export const SAVED_FIELDS = ['purpose', 'merchant', 'amountMinor'] as const;
export type SavedField = (typeof SAVED_FIELDS)[number];

export interface Scenario {
	devices: number;
	/** Milliseconds each device's clock is wrong by. */
	clockErrorsMs: number[];
	/** Share of requests that meet a fault. */
	faultRate: number;
	faultSeed: number;
	steps: Step[];
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** Random scenarios. `isQuick` leaves out what restarts the server, which takes a second each time. */
export function scenarios(options: { steps: number; isQuick: boolean }): fc.Arbitrary<Scenario> {
	const device = fc.nat({ max: 2 });
	const document = fc.nat({ max: 4 });
	const field = fc.constantFrom(...SAVED_FIELDS);
	const step = fc.oneof<fc.WeightedArbitrary<Step>[]>(
		{ weight: 40, arbitrary: fc.record({ do: fc.constant('create' as const), device }) },
		{
			weight: 120,
			arbitrary: fc.record({ do: fc.constant('save' as const), device, document, field })
		},
		{
			weight: 50,
			arbitrary: fc.record({ do: fc.constant('save-both' as const), document, field })
		},
		{
			weight: 30,
			arbitrary: fc.record({
				do: fc.constant('attach' as const),
				device,
				document,
				// Small ones in one request, large ones in as many as the link breaks into.
				kilobytes: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 65, max: 400 }))
			})
		},
		{ weight: 10, arbitrary: fc.record({ do: fc.constant('detach' as const), device, document }) },
		{ weight: 20, arbitrary: fc.record({ do: fc.constant('submit' as const), device, document }) },
		{ weight: 20, arbitrary: fc.record({ do: fc.constant('remove' as const), device, document }) },
		{
			weight: 40,
			arbitrary: fc.record({
				do: fc.constant('kill' as const),
				device,
				afterWrites: fc.nat({ max: 6 })
			})
		},
		{ weight: 40, arbitrary: fc.record({ do: fc.constant('open' as const), device }) },
		{ weight: 20, arbitrary: fc.record({ do: fc.constant('offline' as const), device }) },
		{ weight: 20, arbitrary: fc.record({ do: fc.constant('online' as const), device }) },
		{ weight: 60, arbitrary: fc.record({ do: fc.constant('wake' as const), device }) },
		{
			weight: 60,
			arbitrary: fc.record({
				do: fc.constant('wait' as const),
				ms: fc.integer({ min: 1, max: 60 })
			})
		},
		...(options.isQuick
			? []
			: [
					{
						weight: 3,
						arbitrary: fc.record({
							do: fc.constant('kill-server' as const),
							downMs: fc.nat({ max: 100 })
						})
					},
					{ weight: 2, arbitrary: fc.record({ do: fc.constant('back-up' as const) }) },
					{ weight: 2, arbitrary: fc.record({ do: fc.constant('restore' as const) }) }
				])
	);
	return fc.record({
		devices: fc.integer({ min: 2, max: 3 }),
		clockErrorsMs: fc.array(
			fc.oneof(
				{ weight: 6, arbitrary: fc.constant(0) },
				{ weight: 1, arbitrary: fc.constantFrom(-12 * YEAR_MS, 9 * YEAR_MS, 30_000) }
			),
			{ minLength: 3, maxLength: 3 }
		),
		faultRate: fc.constantFrom(0, 0.1, 0.3, 0.5),
		faultSeed: fc.nat(),
		steps: fc
			.array(step, { minLength: 4, maxLength: options.steps, size: 'max' })
			.map((steps): Step[] => [{ do: 'create', device: 0 }, ...steps])
	});
}
