import { readFileSync } from 'node:fs';
import path from 'node:path';
import { APPROVAL_RULES, approvalStagesOf } from '@outlay/domain/approval-stages';
import { caseOf } from '@outlay/domain/case-of';
import { checkExpense } from '@outlay/domain/checks/check-expense';
import { findDuplicates } from '@outlay/domain/checks/duplicates';
import { matchCardEntries } from '@outlay/domain/checks/card-match';
import { guardDraft } from '@outlay/domain/content-guard';
import { convert } from '@outlay/domain/conversion';
import { rateOn } from '@outlay/domain/rate-on';
import { deliveriesOf } from '@outlay/domain/deliveries';
import { importEcbRates } from '@outlay/domain/exchange-rates';
import { logbookEntry } from '@outlay/domain/mileage/logbook';
import { rateMileage } from '@outlay/domain/mileage/rate-mileage';
import { allocate } from '@outlay/domain/money';
import { perDiem } from '@outlay/domain/per-diem/per-diem';
import { findProhibited } from '@outlay/domain/prohibited-content';
import { STATE_MILEAGE_RATES } from '@outlay/domain/rates/mileage';
import { MILEAGE_RULES } from '@outlay/domain/rates/mileage-rules';
import { STATE_PER_DIEM_RATES } from '@outlay/domain/rates/per-diem';
import { STATE_VAT_RATES } from '@outlay/domain/rates/vat';
import { roundAt } from '@outlay/domain/rounding';
import { sensitiveTopicsIn } from '@outlay/domain/sensitive-words';
import { sixtyDays } from '@outlay/domain/sixty-days';
import { timeWeek } from '@outlay/domain/time/time-week';
import { TransactionBody } from '@outlay/domain/transaction';
import { describe, expect, test } from 'vitest';
import { aDecision, anExpense, aSubmission, MANAGER } from '../../support/documents.ts';
import { aWorkplace } from '../../support/per-diem-claims.ts';
import { differences, readShown } from '../../support/shown-result.ts';
import { NOTHING_BEFORE, RULES } from '../../support/time-weeks.ts';

const README = readFileSync(
	path.join(import.meta.dirname, '../../../src/lib/domain/README.md'),
	'utf8'
);

/** What the worked calls name: the engines, the shipped tables, and the plain facts of the tests. */
const first = aSubmission(1);
const given: Record<string, unknown> = {
	APPROVAL_RULES,
	MILEAGE_RULES,
	STATE_MILEAGE_RATES,
	STATE_PER_DIEM_RATES,
	STATE_VAT_RATES,
	TransactionBody,
	allocate,
	approvalStagesOf,
	caseOf,
	checkExpense,
	convert,
	deliveriesOf,
	findDuplicates,
	findProhibited,
	guardDraft,
	importEcbRates,
	logbookEntry,
	matchCardEntries,
	perDiem,
	rateMileage,
	rateOn,
	roundAt,
	sensitiveTopicsIn,
	sixtyDays,
	timeWeek,
	before: { ...NOTHING_BEFORE, flexMinutes: 60 },
	draft: anExpense(),
	first,
	firstApproval: aDecision(2, first._id, 'approve'),
	firstApproverId: MANAGER,
	rules: RULES,
	workplace: aWorkplace()
};

interface WorkedCall {
	section: string;
	code: string;
	shown: string;
}

/** Each call of a block with the comment after it; what is declared before it in the block is in its code. */
function callsOf(section: string, block: string): WorkedCall[] {
	const calls: WorkedCall[] = [];
	let declared = '';
	let code = '';
	let shown = '';
	const end = () => {
		if (code.trim() !== '') calls.push({ section, code: `${declared}return (${code});`, shown });
		code = '';
		shown = '';
	};
	for (const line of block.split('\n')) {
		if (line.startsWith('// ')) {
			shown += `${line.slice('// '.length)}\n`;
			continue;
		}
		if (shown !== '') end();
		const [, statement = line, result] = /^(.*;) \/\/ (.*)$/.exec(line) ?? [];
		code += `${statement}\n`;
		if (!statement.endsWith(';') || /^\s/.test(statement)) continue;
		if (code.startsWith('const ')) {
			declared += code;
			code = '';
			continue;
		}
		code = code.replace(/;\s*$/, '');
		if (result !== undefined) {
			shown = result;
			end();
		}
	}
	end();
	return calls;
}

const sections = README.split(/^## /m).slice(1);
const calls = sections.flatMap((section) => {
	const [name = ''] = section.split('\n');
	return [...section.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
		callsOf(name, block)
	);
});

test.each(calls)('$section: $code', ({ code, shown }) => {
	const expected = readShown(shown);
	if (expected === null) throw new Error(`no result is shown: ${shown}`);
	// eslint-disable-next-line @typescript-eslint/no-implied-eval -- the README of this very repository is what is tried
	const run = new Function(...Object.keys(given), code) as (...values: unknown[]) => unknown;
	const result: unknown = run(...Object.values(given));
	// An exact decimal is shown as the number it is.
	const isDecimal = typeof result === 'object' && result !== null && 'toFixed' in result;
	const plain = isDecimal ? Number(result) : result;
	expect(differences(expected, plain)).toEqual([]);
});

describe('the entry functions', () => {
	const table = /^\| engine[\s\S]*?\n\n/m.exec(README)?.[0] ?? '';
	const entries = [...table.matchAll(/\| \[([^\]]+)\]\(#[^)]*\) +\| `(\w+)`/g)];

	test('every section is an engine with one', () => {
		const names = sections.map((section) => section.split('\n')[0]);
		expect(entries.map(([, name]) => name)).toEqual(names);
	});

	test.each(entries.map(([, name, entry]) => [name, entry]))(
		'%s has a worked call of %s',
		(name, entry) => {
			expect(
				calls.some(({ section, code }) => section === name && code.includes(`${entry ?? ''}(`))
			).toBe(true);
		}
	);
});

test('a result that differs is told', () => {
	const shown = readShown("{ a: 1, b: [2, …], c: 'x…', d, … } and prose");
	if (shown === null) throw new Error('not read');
	expect(differences(shown, { a: 1, b: [2, 3], c: 'xyz', d: {}, e: 1 })).toEqual([]);
	expect(differences(shown, { a: 2, b: [3], c: 'y' })).toHaveLength(4);
	const closed = readShown('{ a: 1 }');
	expect(closed !== null && differences(closed, { a: 1, b: 2 })).toEqual(['result also has b']);
	expect(readShown('day 1: prose')).toBeNull();
});
