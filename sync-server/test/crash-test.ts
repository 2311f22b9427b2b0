/** `npm run crash-test -- --rounds N --seed S`: see `crash-rounds.ts`. The last line counts; exit code 1 if anything went wrong. */
import { parseArgs } from 'node:util';
import { remove, temporaryDirectory } from '../../tests/support/server.ts';
import { crashRounds, wrongIn } from './crash-rounds.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
const rounds = Number(values.rounds ?? 20);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
// A long run that is broken off after this round has counted all the same.
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
const directory = await temporaryDirectory();
console.log(`${rounds} rounds, seed ${seed}`);
try {
	const counts = await crashRounds(directory, { rounds, seed, stop: stop.signal }, console.log);
	const { acknowledged, ...wrong } = counts;
	console.log(
		`${counts.rounds} rounds, ${acknowledged} writes acknowledged: ${wrong.lost} lost, ${wrong.half} half, ` +
			`${wrong.unshown} shown and gone, sequences went back ${wrong.backwards} times, ${wrong.damaged} damaged`
	);
	process.exitCode = wrongIn(counts) > 0 ? 1 : 0;
} finally {
	await remove(directory);
}
