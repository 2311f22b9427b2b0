/**
 * The rooms and who may enter them (README, "How it works"). A room may import itself and the rooms in its list,
 * nothing else of ours. `planted-violations.test.ts` proves that each rule catches what it is for.
 */
const PORTS = '^src/lib/commands/[a-z-]*ports[.]ts$';
const WORDS = '^src/lib/paraglide/';
const DOMAIN = '^src/lib/domain/';

/** @typedef {{ may: string[], also?: string[], because: string }} Room */

/** @type {Record<string, Room>} */
const rooms = {
	domain: { may: [], because: 'rules are pure and the same on device and server' },
	commands: {
		may: ['domain'],
		because: 'a deed asks the domain and calls ports; it knows no adapter'
	},
	storage: { may: ['domain'], also: [PORTS], because: 'it keeps documents and decides nothing' },
	sync: { may: ['domain', 'storage'], also: [PORTS], because: 'it only moves what storage holds' },
	device: { may: ['domain'], also: [PORTS], because: 'a sensor knows nothing of documents' },
	workers: { may: ['domain'], also: [PORTS], because: 'a worker computes and stores nothing' },
	ui: { may: ['domain'], also: [WORDS], because: 'components have props and callbacks only' },
	map: { may: ['domain', 'ui'], also: [WORDS], because: 'the map draws what it is given' },
	state: {
		may: ['domain', 'commands'],
		also: [WORDS],
		because: 'state follows ports, not adapters'
	}
};

/** @type {Record<string, Room>} */
const serverRooms = {
	store: { may: [], because: 'documents and revisions know nothing of HTTP or people' },
	access: {
		may: ['store', 'company'],
		because: 'it judges callers against people and settings; it knows no CouchDB verb'
	},
	design: {
		may: ['store'],
		because: 'it runs functions of strangers and is given texts, no database'
	},
	indexes: { may: ['store'], because: 'it orders rows, whoever makes them' },
	couch: {
		may: ['store', 'access', 'http', 'design', 'indexes'],
		because: 'a verb asks access, then the store or its indexes'
	},
	company: { may: ['store'], because: 'people and settings are documents' },
	mailroom: { may: ['store', 'company'], because: 'it moves documents between databases' },
	privacy: {
		may: ['store', 'company', 'access'],
		because: 'it takes out of the documents whom somebody with the right to asks it to'
	},
	regions: {
		may: ['access', 'http'],
		because: 'maps and roads are offered to people who are signed in; they touch no document'
	},
	http: { may: ['store'], because: 'the edge turns errors and bytes into answers' }
};

/** @type {(base: string, prefix: string, room: [string, Room]) => import('dependency-cruiser').IForbiddenRuleType} */
const stay = (base, prefix, [name, { may, also = [], because }]) => ({
	name: `${prefix}${name}-stays-in-its-room`,
	comment: `${base}${name} may import only itself${may.length ? `, ${may.join(', ')}` : ''}: ${because}.`,
	severity: 'error',
	from: { path: `^${base}${name}/` },
	to: {
		path: '^(src|sync-server|tests)/',
		// A workspace may have packages of its own.
		pathNot: [
			`^${base}${name}/`,
			'/node_modules/',
			...may.map((room) => `^${base}${room}/`),
			...also
		]
	}
});

/** @type {(name: string, library: string, home: string, because: string) => import('dependency-cruiser').IForbiddenRuleType} */
const only = (name, library, home, because) => ({
	name,
	comment: `Only ${home} may import ${library}: ${because}.`,
	severity: 'error',
	from: { path: '^src/', pathNot: home },
	to: { path: `(^|/)node_modules/${library}/` }
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		{
			name: 'no-cycles',
			comment: 'Two files that need each other are one thing or three.',
			severity: 'error',
			from: {},
			to: { circular: true }
		},
		{
			name: 'resolvable',
			comment: 'An import that is not found would slip past every other rule.',
			severity: 'error',
			from: {},
			to: { couldNotResolve: true, pathNot: '^\\$(app|service-worker|env)' }
		},
		{
			name: 'nobody-imports-tests',
			comment: 'What ships does not depend on what tests it.',
			severity: 'error',
			from: { path: '^(src|sync-server/src)/' },
			to: { path: '^(tests|sync-server/test)/' }
		},
		...Object.entries(rooms).map((room) => stay('src/lib/', '', room)),
		...Object.entries(serverRooms).map(([name, room]) =>
			stay('sync-server/src/', 'server-', [name, { ...room, also: [DOMAIN] }])
		),
		{
			name: 'domain-is-pure',
			comment:
				'The domain imports TypeBox, Temporal and big.js and nothing else, no platform and no framework.',
			severity: 'error',
			from: { path: DOMAIN },
			to: {
				pathNot: [DOMAIN, '(^|/)node_modules/(typebox|temporal-polyfill|big[.]js|@types/big[.]js)/']
			}
		},
		{
			name: 'routes-go-through-state',
			comment: 'A page composes; it never touches an adapter.',
			severity: 'error',
			from: { path: '^src/routes/' },
			to: { path: '^src/lib/(storage|sync|device|workers)/' }
		},
		{
			name: 'routes-know-only-the-offer-of-commands',
			comment:
				'Deeds reach a page bound to an account, through start: a page may import their types, and the form of the file of unsent work.',
			severity: 'error',
			from: { path: '^src/(routes|lib/state)/' },
			to: {
				path: '^src/lib/commands/',
				pathNot: '^src/lib/commands/(app|[a-z-]*ports|unsent-lines)[.]ts$'
			}
		},
		{
			name: 'start-is-only-for-pages',
			comment: 'The composition root wires the others; nobody but a page starts it.',
			severity: 'error',
			from: { path: '^src/lib/', pathNot: '^src/lib/start[.]ts$' },
			to: { path: '^src/lib/(start|open-account)[.]ts$' }
		},
		{
			name: 'start-draws-nothing',
			comment: 'The composition root wires adapters to deeds; what is drawn belongs to pages.',
			severity: 'error',
			from: { path: '^src/lib/start[.]ts$' },
			to: { path: '^src/(lib/(ui|map|state)|routes)/' }
		},
		{
			name: 'service-worker-stands-alone',
			comment: 'It only caches the app; it holds no data and no rule.',
			severity: 'error',
			from: { path: '^src/service-worker/', pathNot: '^src/service-worker/send-later[.]ts$' },
			to: { path: '^src/', pathNot: '^src/service-worker/' }
		},
		{
			name: 'service-worker-sends-by-one-door',
			comment:
				'Background Sync runs without a page, and a second way of sending would lose what the first keeps: it wakes the ' +
				'same sync, by its one file for that, and knows nothing else of the app.',
			severity: 'error',
			from: { path: '^src/service-worker/send-later[.]ts$' },
			to: {
				path: '^src/',
				pathNot: ['^src/service-worker/', '^src/lib/sync/send-once[.]ts$', DOMAIN]
			}
		},
		{
			name: 'app-knows-no-server',
			comment: 'They meet over HTTP and in the domain.',
			severity: 'error',
			from: { path: '^src/' },
			to: { path: '^sync-server/' }
		},
		{
			name: 'server-takes-only-the-domain',
			comment: 'They meet over HTTP and in the domain.',
			severity: 'error',
			from: { path: '^sync-server/' },
			to: { path: '^src/', pathNot: DOMAIN }
		},
		only(
			'rxdb-only-in-storage-and-sync',
			'(rxdb|dexie)',
			'^src/lib/(storage|sync)/',
			'the store can then be exchanged'
		),
		only('leaflet-only-in-map', 'leaflet', '^src/lib/map/', 'it is heavy and loaded when seen'),
		only('comlink-only-in-workers', 'comlink', '^src/lib/workers/', 'a worker has one owner'),
		only(
			'workbox-only-at-the-edge',
			'workbox-[a-z]+',
			'^src/(service-worker/|lib/state/update[.]svelte[.]ts)',
			'caching is one place'
		)
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		// Anchored: an open "dist" would hide node_modules/rxdb/dist and every library rule would pass.
		exclude: { path: '^(\\.svelte-kit|build|coverage|data)/' },
		// Type-only imports count: a type is a dependency.
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['svelte', 'import', 'browser', 'default'],
			extensions: ['.ts', '.js', '.svelte', '.svelte.ts', '.d.ts']
		}
	}
};
