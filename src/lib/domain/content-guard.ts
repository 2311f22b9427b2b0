import Type, { type TSchema } from 'typebox';
import { IsoInstant, type Static } from './envelope.ts';
import { PROHIBITED_KINDS, type ProhibitedKind } from './identity-numbers.ts';
import { JUDGEMENT, type Privacy } from './privacy.ts';
import { findProhibited, isMasked, maskProhibited, type Finding } from './prohibited-content.ts';
import { refuse, type Refusal } from './refusal.ts';

/**
 * A person's word that a number in one of their texts is no identity number. It says in which field, of which kind and
 * how many, never which number: the record must not become what it is about.
 */
export const ContentClearance = Type.Object(
	{
		/** Place of the text in the body, such as `purpose`, `lines.0.comment` or, where elements have ids, `vias.<id>.name`. */
		field: Type.String({ maxLength: 120, privacy: JUDGEMENT }),
		kind: Type.Union(
			PROHIBITED_KINDS.map((kind) => Type.Literal(kind)),
			{ privacy: JUDGEMENT }
		),
		count: Type.Integer({ minimum: 1, maximum: 100, privacy: JUDGEMENT }),
		clearedAt: IsoInstant({ privacy: JUDGEMENT })
	},
	{ additionalProperties: false }
);
export type ContentClearance = Omit<Static<typeof ContentClearance>, 'kind'> & {
	kind: ProhibitedKind;
};

export const Clearances = Type.Array(ContentClearance, { maxItems: 50 });

type Body = Readonly<Record<string, unknown>>;

/**
 * What is to be said of a text: `block`, a code of a refusal with its kind; `warn`, the kinds of numbers that only look
 * like one. Refusals are `content.identity_number`, `content.card_number`, and `content.masked` where an earlier
 * number was made unreadable and nobody has mended the text since.
 */
export interface TextJudgement {
	block: Refusal | null;
	warn: ProhibitedKind[];
}

export function judgeText(
	text: string,
	field: string,
	clearances: readonly ContentClearance[]
): TextJudgement {
	const uncleared = findProhibited(text).filter(isUncleared(text, field, clearances));
	const blocking = uncleared.find(({ verdict }) => verdict === 'block');
	const warn = uncleared.filter(({ verdict }) => verdict === 'warn').map(({ kind }) => kind);
	const block =
		blocking !== undefined
			? refuse(codeOf(blocking.kind), field).refusal
			: isMasked(text)
				? refuse('content.masked', field).refusal
				: null;
	return { block, warn: [...new Set(warn)] };
}

/** The text as it may be stored: numbers to be refused unreadable, except those cleared. */
export function storableText(
	text: string,
	field: string,
	clearances: readonly ContentClearance[]
): string {
	return maskProhibited(text, (shown) => isUncleared(shown, field, clearances));
}

/** What a person says with "this is not an identity number" about all that is found in a text now. */
export function clearancesFor(text: string, field: string, clearedAt: string): ContentClearance[] {
	const counts = new Map<ProhibitedKind, number>();
	for (const { kind } of findProhibited(text)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
	return [...counts].map(([kind, count]) => ({ field, kind, count, clearedAt }));
}

/**
 * The clearances that still hold after a text was edited: of a field, those whose numbers are all still the same. What
 * was said of one number says nothing of another.
 */
export function clearancesAfterEdit(
	clearances: readonly ContentClearance[],
	field: string,
	before: string,
	after: string
): ContentClearance[] {
	const numbers = (text: string, of: ProhibitedKind) =>
		findProhibited(text)
			.filter(({ kind }) => kind === of)
			.map(({ start, end }) => text.slice(start, end))
			.join('\n');
	return clearances.filter(
		(clearance) =>
			clearance.field !== field ||
			numbers(before, clearance.kind) === numbers(after, clearance.kind)
	);
}

/**
 * The first text of a body that may not be handed over: a number to be refused, or the trace of one
 * (`content.masked`). Texts are the members whose schema says `free-text`. Null when all may travel.
 */
export function refuseContent(schema: TSchema, body: Body): Refusal | null {
	return firstRefusal(schema, body, () => true);
}

/** As `refuseContent`, for a working copy: a masked number may be stored. */
export function refuseStoring(schema: TSchema, body: Body): Refusal | null {
	return firstRefusal(schema, body, ({ code }) => code !== 'content.masked');
}

/**
 * A draft as it may be stored: each text with its numbers made unreadable unless the person cleared them, and the
 * clearances that still hold. `before` is the draft as it was stored, null for a new one.
 */
export function guardDraft<B extends Body & { clearances: ContentClearance[] }>(
	schema: TSchema,
	before: Body | null,
	body: B
): B {
	let { clearances } = body;
	if (before !== null) {
		const earlier = new Map(textsIn(schema, before).map(({ field, text }) => [field, text]));
		const told = new Set(clearancesOf(before).map(keyOf));
		for (const { field, text } of textsIn(schema, body)) {
			// What is said with this very edit is about the text as it is now.
			const said = clearances.filter((clearance) => !told.has(keyOf(clearance)));
			const kept = clearances.filter((clearance) => told.has(keyOf(clearance)));
			clearances = [...clearancesAfterEdit(kept, field, earlier.get(field) ?? '', text), ...said];
		}
	}
	const cleared = clearances;
	return {
		...withTexts(schema, body, (text, field) => storableText(text, field, cleared)),
		clearances
	};
}

/** Every text of a body with its place, by the annotations of the schema. */
export function textsIn(schema: TSchema, body: Body): { field: string; text: string }[] {
	const texts: { field: string; text: string }[] = [];
	withTexts(schema, body, (text, field) => {
		texts.push({ field, text });
		return text;
	});
	return texts;
}

function withTexts<B extends Body>(
	schema: TSchema,
	body: B,
	change: (text: string, field: string) => string
): B {
	// Strings become strings in place, so that it stays the body it was.
	return changeTexts(schema, body, '', change) as B;
}

/** What the walk reads of a JSON schema. */
interface Part {
	privacy?: Privacy;
	const?: unknown;
	properties?: Record<string, Part>;
	items?: Part | Part[];
	anyOf?: Part[];
}

function changeTexts(
	part: Part,
	value: unknown,
	field: string,
	change: (text: string, field: string) => string
): unknown {
	if (typeof value === 'string') {
		const isText = [part, ...(part.anyOf ?? [])].some(
			({ privacy }) => privacy?.dataClass === 'free-text'
		);
		return isText ? change(value, field) : value;
	}
	if (part.anyOf !== undefined) {
		const variant = part.anyOf.find((candidate) => mayBe(candidate, value));
		return variant === undefined ? value : changeTexts(variant, value, field, change);
	}
	const within = (name: string) => (field === '' ? name : `${field}.${name}`);
	if (Array.isArray(value) && part.items !== undefined && !Array.isArray(part.items)) {
		const { items } = part;
		return value.map((element, n) =>
			changeTexts(items, element, within(idOf(element) ?? String(n)), change)
		);
	}
	if (typeof value === 'object' && value !== null && part.properties !== undefined) {
		const { properties } = part;
		return Object.fromEntries(
			Object.entries(value).map(([name, member]) => {
				const known = properties[name];
				return [
					name,
					known === undefined ? member : changeTexts(known, member, within(name), change)
				];
			})
		);
	}
	return value;
}

/** The identity of a list's element, so that what is said of its text stays with it when others go. */
function idOf(element: unknown): string | null {
	const id =
		typeof element === 'object' && element !== null ? (element as { id?: unknown }).id : null;
	return typeof id === 'string' && id !== '' ? id : null;
}

/** Whether a value may be of this variant of a union: its constants, such as `kind`, are the same. */
function mayBe(variant: Part, value: unknown): boolean {
	if (Array.isArray(value)) return variant.items !== undefined;
	if (typeof value !== 'object' || value === null || variant.properties === undefined) return false;
	return Object.entries(variant.properties).every(
		([name, { const: constant }]) =>
			constant === undefined || (value as Record<string, unknown>)[name] === constant
	);
}

function firstRefusal(
	schema: TSchema,
	body: Body,
	counts: (refusal: Refusal) => boolean
): Refusal | null {
	const clearances = clearancesOf(body);
	for (const { field, text } of textsIn(schema, body)) {
		const { block } = judgeText(text, field, clearances);
		if (block !== null && counts(block)) return block;
	}
	return null;
}

function isUncleared(
	text: string,
	field: string,
	clearances: readonly ContentClearance[]
): (finding: Finding) => boolean {
	const found = findProhibited(text);
	return ({ kind }) => {
		const count = found.filter((finding) => finding.kind === kind).length;
		return !clearances.some(
			(clearance) =>
				clearance.field === field && clearance.kind === kind && clearance.count >= count
		);
	};
}

function clearancesOf(body: Body): readonly ContentClearance[] {
	// The shape was checked with the body.
	return Array.isArray(body['clearances']) ? (body['clearances'] as ContentClearance[]) : [];
}

function keyOf({ field, kind, count, clearedAt }: ContentClearance): string {
	return `${field} ${kind} ${String(count)} ${clearedAt}`;
}

function codeOf(kind: ProhibitedKind) {
	return kind === 'card' ? 'content.card_number' : 'content.identity_number';
}
