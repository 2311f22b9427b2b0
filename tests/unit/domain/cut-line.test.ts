import { cutLine } from '@outlay/domain/cut-line';
import type { PathPoint } from '@outlay/domain/trace-distance';
import { describe, expect, test } from 'vitest';

/** A point each ten seconds, with a minute and a half without any after 30 s and after 170 s. */
const SECONDS = [0, 10, 20, 30, 120, 130, 140, 150, 160, 170, 260, 270];
const path = SECONDS.map((s): PathPoint => [s * 1000, 55 + (s % 20) * 0.001, 10 + s * 0.001]);
const first = { fromMs: 30_000, toMs: 120_000, straightM: 900 };
const second = { fromMs: 170_000, toMs: 260_000, straightM: 900 };
const ends = (part: ReturnType<typeof cutLine>) =>
	part.stretches.map((line) => [line[0]?.[1], line.at(-1)?.[1]]);
const eastAt = (s: number) => 10 + s * 0.001;

describe('the line of a cut', () => {
	test('is broken at gaps, in their order', () => {
		const whole = cutLine(path, [second, first], 0, path.length - 1);
		expect(whole.gaps).toEqual([first, second]);
		expect(ends(whole)).toEqual([
			[eastAt(0), eastAt(30)],
			[eastAt(120), eastAt(170)],
			[eastAt(260), eastAt(270)]
		]);
	});

	test('has only the gaps that lie in it', () => {
		const part = cutLine(path, [first, second], 5, 11);
		expect(part.gaps).toEqual([second]);
		expect(ends(part)).toEqual([
			[eastAt(130), eastAt(170)],
			[eastAt(260), eastAt(270)]
		]);
		expect(cutLine(path, [first, second], 4, 9).gaps).toEqual([]);
		expect(cutLine(path, [], 0, 11).stretches).toHaveLength(1);
	});
});
