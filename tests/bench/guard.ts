import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProhibited } from '@outlay/domain/prohibited-content';
import { stdnum } from 'stdnum';

/**
 * False positives of the content guard: random strings of the shapes receipts and notes are full of, and the texts of
 * the test receipts; none of them is anybody's number. Beside it npm `stdnum`, asked whether each string is a valid
 * CPR, fødselsnummer, personnummer, henkilötunnus or BSN. The seed is fixed: two runs print the same.
 */
const COUNT = 200_000;
const RECEIPTS = join(import.meta.dirname, '../../../shared/data/receipts');

/** mulberry32, a small generator with a seed. */
function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
}

const next = random(20_261_125);
const digits = (count: number) =>
	Array.from({ length: count }, () => Math.floor(next() * 10)).join('');
const letter = (of: string) => of[Math.floor(next() * of.length)] ?? '';
const two = (below: number, from = 0) => String(from + Math.floor(next() * below)).padStart(2, '0');

function gtin13(): string {
	const body = digits(12);
	const sum = [...body].reduce(
		(total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3),
		0
	);
	return body + String((10 - (sum % 10)) % 10);
}

const SHAPES: Record<string, () => string> = {
	'8 digits (CVR, telephone)': () => digits(8),
	'9 digits': () => digits(9),
	'9 digits in threes (telephone)': () => `${digits(3)} ${digits(3)} ${digits(3)}`,
	'invoice, 9 digits': () => `Invoice ${digits(9)}`,
	'10 digits': () => digits(10),
	'11 digits': () => digits(11),
	'12 digits': () => digits(12),
	'13 digits, valid EAN/GLN': gtin13,
	'16 digits': () => digits(16),
	'16 digits in fours': () => `${digits(4)} ${digits(4)} ${digits(4)} ${digits(4)}`,
	'19 digits': () => digits(19),
	'6-4 digits': () => `${digits(6)}-${digits(4)}`,
	'8-4 digits': () => `${digits(8)}-${digits(4)}`,
	'6 5 digits': () => `${digits(6)} ${digits(5)}`,
	'6 digits, letter, 3 digits, sign': () =>
		digits(6) + letter('-+ABCDEF') + digits(3) + letter('0123456789ABCDEFHJKLMNPRSTUVWXY'),
	'time stamp YYYYMMDDHHMM': () => `20${two(10, 20)}${two(12, 1)}${two(28, 1)}${two(24)}${two(60)}`,
	'name of a picture, date and time': () =>
		`IMG_20${two(10, 20)}${two(12, 1)}${two(28, 1)}_${two(24)}${two(60)}${two(60)}.jpg`,
	'invoice, year and 5 digits': () => `Invoice 20${two(10, 20)}-${digits(5)}`,
	'invoice, 10 digits': () => `Faktura ${digits(10)}`,
	'invoice, 6-4 digits': () => `Faktura ${digits(6)}-${digits(4)}`,
	'telephone +45': () => `Tlf. +45 ${two(100)} ${two(100)} ${two(100)} ${two(100)}`,
	'telephone, 10 digits': () => `tel. ${digits(10)}`,
	'account, reg. and 10 digits': () => `Konto ${digits(4)} ${digits(10)}`,
	'FIK line': () => `+71<${digits(15)}+${digits(8)}<`,
	'order, 16 digits': () => `Order ${digits(16)}`
};

const PEERS = [
	stdnum['DK']?.['cpr'],
	stdnum['NO']?.['fodselsnummer'],
	stdnum['SE']?.['personnummer'],
	stdnum['FI']?.['hetu'],
	stdnum['NL']?.['bsn']
].filter((validator) => validator !== undefined);

function isPeerHit(text: string): boolean {
	const number = text.match(/\d[\d A-Z+-]*[\dA-Z]/)?.[0] ?? '';
	return PEERS.some((validator) => validator.validate(number).isValid);
}

function share(count: number, of: number): string {
	return `${((100 * count) / of).toFixed(3)} %`.padStart(10);
}

function row(name: string, texts: readonly string[], isPeerAsked: boolean): void {
	const startedAtMs = performance.now();
	let blocked = 0;
	let warned = 0;
	for (const text of texts) {
		const verdicts = findProhibited(text).map(({ verdict }) => verdict);
		if (verdicts.includes('block')) blocked += 1;
		else if (verdicts.includes('warn')) warned += 1;
	}
	const microseconds = (1000 * (performance.now() - startedAtMs)) / Math.max(1, texts.length);
	const peer = isPeerAsked ? share(texts.filter(isPeerHit).length, texts.length) : ''.padStart(10);
	console.log(
		`${name.padEnd(34)}${String(texts.length).padStart(8)}${share(blocked, texts.length)}${share(warned, texts.length)}${peer}${microseconds.toFixed(1).padStart(9)}`
	);
}

/** Names of files, and every text of the index and of what lies beside the pictures. */
function receiptTexts(): string[] {
	const names = readdirSync(RECEIPTS, { recursive: true }).map(String);
	const words = (value: unknown): string[] =>
		typeof value === 'object' && value !== null
			? Object.values(value).flatMap(words)
			: [String(value)];
	return names.flatMap((name) => [
		name,
		...(name.endsWith('.json')
			? words(JSON.parse(readFileSync(join(RECEIPTS, name), 'utf8')))
			: name.endsWith('.csv')
				? readFileSync(join(RECEIPTS, name), 'utf8').split('\n')
				: [])
	]);
}

console.log(
	`${'shape'.padEnd(34)}${'texts'.padStart(8)}${'refused'.padStart(10)}${'warned'.padStart(10)}${'stdnum'.padStart(10)}${'µs each'.padStart(9)}`
);
for (const [name, make] of Object.entries(SHAPES)) {
	row(
		name,
		Array.from({ length: COUNT }, () => make()),
		true
	);
}
if (existsSync(RECEIPTS)) row('texts of the test receipts', receiptTexts(), false);
else console.log('The texts of receipts are skipped: ../shared/data/receipts is not there.');
