import {
	APPROVAL_RULES,
	approvalStagesOf,
	mayDecideAt,
	type ApprovalQuestion,
	type ApproverFacts
} from '@outlay/domain/approval-stages';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

function person(approverId: string | null, change: Partial<ApproverFacts> = {}): ApproverFacts {
	return { approverId, approvalLimitMinor: null, isApprover: true, absences: [], ...change };
}

const people = new Map<string, ApproverFacts>([
	['jonas', person('mette', { isApprover: false })],
	['mette', person('lars', { approvalLimitMinor: 500_000 })],
	['lars', person('dora', { approvalLimitMinor: 5_000_000 })],
	['dora', person(null)],
	['sofie', person('mette')]
]);

function stages(change: Partial<ApprovalQuestion> = {}): string[] {
	return approvalStagesOf({
		ownerId: 'jonas',
		amountMinor: 100_000,
		people,
		rules: APPROVAL_RULES,
		day: '2026-11-20',
		...change
	}).stages.map(({ approverId, substituteIds }) => [approverId, ...substituteIds].join('/'));
}

describe('who has to approve', () => {
	const leftOut = { ...APPROVAL_RULES, whoAboveLimit: 'left-out' as const };
	test.each<[string, Partial<ApprovalQuestion>, string[]]>([
		['the nearest, within their limit', {}, ['mette']],
		['exactly their limit', { amountMinor: 500_000 }, ['mette']],
		['a minor unit above: the next as well', { amountMinor: 500_001 }, ['mette', 'lars']],
		['above all limits but one', { amountMinor: 9_000_000 }, ['mette', 'lars', 'dora']],
		['only who has authority', { amountMinor: 9_000_000, rules: leftOut }, ['dora']],
		['another currency is above every limit', { amountMinor: null, rules: leftOut }, ['dora']],
		['nobody about their own', { ownerId: 'dora' }, []],
		['a manager’s manager', { ownerId: 'mette' }, ['lars']]
	])('%s', (_, change, expected) => {
		expect(stages(change)).toEqual(expected);
	});

	test('nobody with authority in the line: its last, and it is said', () => {
		const short = new Map([...people].filter(([id]) => id !== 'dora'));
		expect(
			approvalStagesOf({
				ownerId: 'jonas',
				amountMinor: 9_000_000,
				people: short,
				rules: APPROVAL_RULES,
				day: '2026-11-20'
			})
		).toMatchObject({
			stages: [{ approverId: 'mette' }, { approverId: 'lars' }],
			hasAuthority: false
		});
	});

	test('a second approver from an amount on: named, else the next in line; never the owner or the same twice', () => {
		const second = (secondApproverId: string | null) => ({
			...APPROVAL_RULES,
			secondFromMinor: 50_000,
			secondApproverId
		});
		expect(stages({ rules: second('sofie') })).toEqual(['mette', 'sofie']);
		expect(stages({ rules: second('sofie'), amountMinor: 49_999 })).toEqual(['mette']);
		expect(stages({ rules: second(null) })).toEqual(['mette', 'lars']);
		expect(stages({ rules: second('mette') })).toEqual(['mette', 'lars']);
		expect(stages({ rules: second('sofie'), ownerId: 'sofie' })).toEqual(['mette', 'lars']);
		expect(stages({ rules: second('jonas'), ownerId: 'sofie' })).toEqual(['mette', 'lars']);
	});

	test('a substitute while the approver is away, both days included', () => {
		const away = (substituteId: string, change: Partial<ApprovalQuestion> = {}) =>
			stages({
				people: new Map([
					...people,
					[
						'mette',
						person('lars', {
							absences: [{ fromDay: '2026-11-18', toDay: '2026-11-20', substituteId }]
						})
					]
				]),
				...change
			});
		expect(away('sofie')).toEqual(['mette/sofie']);
		expect(away('sofie', { day: '2026-11-18' })).toEqual(['mette/sofie']);
		expect(away('sofie', { day: '2026-11-21' })).toEqual(['mette']);
		expect(away('jonas')).toEqual(['mette']);
		expect(away('sofie', { ownerId: 'sofie' })).toEqual(['mette']);
	});

	test('a ring of approvers ends', () => {
		const ring = new Map([
			['a', person('b', { approvalLimitMinor: 0 })],
			['b', person('c', { approvalLimitMinor: 0 })],
			['c', person('b', { approvalLimitMinor: 0 })]
		]);
		expect(stages({ ownerId: 'a', people: ring })).toEqual(['b', 'c']);
	});
});

test('a substitute decides in the approver’s name, and nobody else does', () => {
	const stage = { approverId: 'mette', substituteIds: ['sofie'] };
	expect(mayDecideAt(stage, 'mette', null)).toBe(true);
	expect(mayDecideAt(stage, 'sofie', 'mette')).toBe(true);
	expect(mayDecideAt(stage, 'sofie', null)).toBe(false);
	expect(mayDecideAt(stage, 'lars', 'mette')).toBe(false);
	expect(mayDecideAt(stage, 'sofie', 'lars')).toBe(false);
});

test('a larger amount never needs fewer approvers, and nobody stands twice', () => {
	fc.assert(
		fc.property(fc.nat(10_000_000), fc.nat(10_000_000), (a, b) => {
			const [less, more] = [Math.min(a, b), Math.max(a, b)];
			expect(stages({ amountMinor: more }).length).toBeGreaterThanOrEqual(
				stages({ amountMinor: less }).length
			);
			const ids = stages({ amountMinor: more });
			expect(new Set(ids).size).toBe(ids.length);
			expect(ids).not.toContain('jonas');
		})
	);
});
