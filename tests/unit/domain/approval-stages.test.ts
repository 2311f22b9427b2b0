import {
	APPROVAL_RULES,
	approvalStagesOf,
	mayDecideAt,
	stagesOfSubmission,
	type ApprovalQuestion,
	type ApproverFacts
} from '@outlay/domain/approval-stages';
import type { ApprovalStage } from '@outlay/domain/case';
import type { PersonBody } from '@outlay/domain/person';
import type { Setting } from '@outlay/domain/setting';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aSetting, aSubmission, COMPANY_SETTING, WORKER } from '../../support/documents.ts';

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

function asked(change: Partial<ApprovalQuestion> = {}): ApprovalQuestion {
	return {
		ownerId: 'jonas',
		amountMinor: 100_000,
		people,
		rules: APPROVAL_RULES,
		day: '2026-11-20',
		...change
	};
}

function written(all: readonly ApprovalStage[]): string[] {
	return all.map(({ approverId, substituteIds }) => [approverId, ...substituteIds].join('/'));
}

function stages(change: Partial<ApprovalQuestion> = {}): string[] {
	return written(approvalStagesOf(asked(change)).stages);
}

describe('who has to approve', () => {
	const leftOut = { ...APPROVAL_RULES, whoAboveLimit: 'left-out' as const };
	test.each<[string, Partial<ApprovalQuestion>, string[]]>([
		['the nearest, within their limit', {}, ['mette']],
		['exactly their limit', { amountMinor: 500_000 }, ['mette']],
		['a minor unit above: the next as well', { amountMinor: 500_001 }, ['mette', 'lars']],
		['above all limits but one', { amountMinor: 9_000_000 }, ['mette', 'lars', 'dora']],
		['the nearest alone has authority', { rules: leftOut }, ['mette']],
		['only who has authority', { amountMinor: 9_000_000, rules: leftOut }, ['dora']],
		['another currency is above every limit', { amountMinor: null, rules: leftOut }, ['dora']],
		['nobody about their own', { ownerId: 'dora' }, []],
		['a manager’s manager', { ownerId: 'mette' }, ['lars']]
	])('%s', (_, change, expected) => {
		expect(stages(change)).toEqual(expected);
	});

	const short = new Map([...people].filter(([id]) => id !== 'dora'));
	const hasAuthority = (change: Partial<ApprovalQuestion>) =>
		approvalStagesOf(asked(change)).hasAuthority;

	test('nobody with authority in the line: its last, and it is said', () => {
		const above = { amountMinor: 9_000_000, people: short };
		expect(stages(above)).toEqual(['mette', 'lars']);
		expect(stages({ ...above, rules: leftOut })).toEqual(['lars']);
		expect(hasAuthority(above)).toBe(false);
		expect(hasAuthority({ amountMinor: 500_000, people: short })).toBe(true);
		expect(hasAuthority({ ownerId: 'dora' })).toBe(false);
	});

	test('a line that goes on for ever stops at nineteen, so that a second approver makes twenty', () => {
		const many = new Map(
			Array.from({ length: 40 }, (_, n): [string, ApproverFacts] => [
				`p${n}`,
				person(`p${n + 1}`, { approvalLimitMinor: 0 })
			])
		);
		expect(stages({ ownerId: 'p0', people: many })).toHaveLength(19);
		const rules = { ...APPROVAL_RULES, secondFromMinor: 0, secondApproverId: 'p39' };
		expect(stages({ ownerId: 'p0', people: many, rules })).toHaveLength(20);
	});

	test('whoever may no longer approve is passed over, and their own approver is asked', () => {
		const retired = new Map([...people, ['mette', person('lars', { isApprover: false })]] as const);
		expect(stages({ people: retired })).toEqual(['lars']);
	});

	test('a second approver from an amount on: named, else the next in line; never the owner or the same twice', () => {
		const second = (secondApproverId: string | null) => ({
			...APPROVAL_RULES,
			secondFromMinor: 50_000,
			secondApproverId
		});
		expect(stages({ rules: second('sofie') })).toEqual(['mette', 'sofie']);
		expect(stages({ rules: second('sofie'), amountMinor: 50_000 })).toEqual(['mette', 'sofie']);
		expect(stages({ rules: second('sofie'), amountMinor: 49_999 })).toEqual(['mette']);
		expect(stages({ rules: second('jonas') })).toEqual(['mette', 'lars']);
		expect(stages({ rules: second('nobody') })).toEqual(['mette', 'lars']);
		expect(stages({ rules: second('sofie'), amountMinor: null })).toEqual([
			'mette',
			'lars',
			'dora',
			'sofie'
		]);
		expect(stages({ rules: second(null) })).toEqual(['mette', 'lars']);
		expect(stages({ rules: second('mette') })).toEqual(['mette', 'lars']);
		expect(stages({ rules: second('sofie'), ownerId: 'sofie' })).toEqual(['mette', 'lars']);
		expect(stages({ rules: second('jonas'), ownerId: 'sofie' })).toEqual(['mette', 'lars']);
		// Above Mette's limit Lars is asked anyway, and is the second.
		expect(stages({ rules: second('lars'), amountMinor: 600_000 })).toEqual(['mette', 'lars']);
		expect(stages({ rules: second(null), amountMinor: 600_000 })).toEqual([
			'mette',
			'lars',
			'dora'
		]);
	});

	test('without a second approver where one is needed, nobody has authority', () => {
		const rules = { ...APPROVAL_RULES, secondFromMinor: 50_000 };
		expect(stages({ rules, ownerId: 'lars' })).toEqual(['dora']);
		expect(hasAuthority({ rules, ownerId: 'lars' })).toBe(false);
		expect(hasAuthority({ rules, ownerId: 'lars', amountMinor: 49_999 })).toBe(true);
		expect(hasAuthority({ rules })).toBe(true);
		expect(hasAuthority({ rules, people: short, amountMinor: 600_000 })).toBe(true);
	});

	test('the second pair of eyes is never the first in another’s place', () => {
		const away = (substituteId: string) => [
			{ fromDay: '2026-11-01', toDay: '2026-11-30', substituteId }
		];
		const rules = { ...APPROVAL_RULES, secondFromMinor: 50_000, secondApproverId: 'sofie' };
		const among = (mettes: string, sofies: string) =>
			new Map([
				...people,
				['mette', person('lars', { approvalLimitMinor: 500_000, absences: away(mettes) })],
				['sofie', person('mette', { absences: away(sofies) })]
			] as const);
		expect(stages({ rules, people: among('sofie', 'dora') })).toEqual(['mette', 'sofie/dora']);
		expect(stages({ rules, people: among('dora', 'mette') })).toEqual(['mette/dora', 'sofie']);
		expect(stages({ rules, people: among('dora', 'dora') })).toEqual(['mette/dora', 'sofie']);
		// Up the line of limits one person may decide twice: the authority is theirs.
		expect(stages({ amountMinor: 600_000, people: among('lars', 'dora') })).toEqual([
			'mette/lars',
			'lars'
		]);
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
		expect(away('sofie', { day: '2026-11-17' })).toEqual(['mette']);
		expect(away('mette')).toEqual(['mette']);
		expect(away('nobody')).toEqual(['mette']);
		expect(away('jonas')).toEqual(['mette']);
		expect(away('sofie', { ownerId: 'sofie' })).toEqual(['mette']);
	});

	test('several substitutes are named once each, in whatever order they were written down', () => {
		const absences = ['sofie', 'lars', 'sofie'].map((substituteId) => ({
			fromDay: '2026-11-20',
			toDay: '2026-11-20',
			substituteId
		}));
		const away = new Map([...people, ['mette', person('lars', { absences })]] as const);
		expect(stages({ people: away })).toEqual(['mette/lars/sofie']);
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

describe('the stages of a submission', () => {
	const plain = {
		initials: 'X',
		workEmail: 'x@nordlys.example',
		employeeNumber: '1',
		approvalLimitMinor: null,
		roles: ['worker', 'approver']
	} satisfies Partial<PersonBody>;
	const staff = new Map<string, PersonBody>([
		[WORKER, { ...plain, name: 'Jonas', approverId: 'mette', roles: ['worker'] }],
		['mette', { ...plain, name: 'Mette', approverId: 'lars', approvalLimitMinor: 500_000 }],
		['lars', { ...plain, name: 'Lars', approverId: null }],
		['sofie', { ...plain, name: 'Sofie', approverId: 'mette' }],
		['ida', { ...plain, name: 'Ida', approverId: 'mette', roles: ['worker', 'finance'] }]
	]);
	const substitution = { fromDay: '2026-11-20', toDay: '2026-11-20' };
	const approval = aSetting('2026-11-01', {
		name: 'approval',
		whoAboveLimit: 'left-out',
		secondFromMinor: null,
		secondApproverId: null,
		substitutions: [
			{ ...substitution, approverId: 'mette', substituteId: 'sofie' },
			{ ...substitution, approverId: 'mette', substituteId: 'ida' },
			{ ...substitution, approverId: 'lars', substituteId: 'mette' }
		]
	});
	const company = aSetting('2026-01-01', COMPANY_SETTING);
	const of = (
		amount: { amountMinor: number; currency?: string },
		settings: Setting[],
		day = '2026-11-20'
	) => written(stagesOfSubmission(aSubmission(1, amount), staff, settings, day));

	test('are by the settings and people of the day it arrives', () => {
		const all = [company, approval];
		expect(of({ amountMinor: 500_000 }, all)).toEqual(['mette/sofie']);
		expect(of({ amountMinor: 500_001 }, all)).toEqual(['lars/mette']);
		expect(of({ amountMinor: 500_000 }, all, '2026-11-21')).toEqual(['mette']);
		// Before the rules were written down: everybody in the line is asked.
		expect(of({ amountMinor: 500_001 }, all, '2026-10-31')).toEqual(['mette', 'lars']);
	});

	test('an amount in another currency is above every limit, and so is every one without a home currency', () => {
		expect(of({ amountMinor: 1, currency: 'EUR' }, [company, approval])).toEqual(['lars/mette']);
		expect(of({ amountMinor: 1 }, [approval])).toEqual(['lars/mette']);
	});
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
