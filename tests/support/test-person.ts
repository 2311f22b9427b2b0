import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import { contentHashOf } from '@outlay/domain/canonical-json';
import { DOCUMENT_VERSIONS, type DocumentOf } from '@outlay/domain/documents';
import {
	blobId,
	documentId,
	routeIdOf,
	traceId,
	type DocumentType
} from '@outlay/domain/identifiers';
import type { SessionView } from '@outlay/domain/session-view';
import type { SubmissionBody, Verdict } from '@outlay/domain/submission';
import { emptyMileage, type ExpenseBody, type MileageBody } from '@outlay/domain/transaction';
import type { SignInCard } from '../../sync-server/src/company/create-company.ts';
import { drivenRouteBody, drivenTripBody } from './driven-trip.ts';
import { signInOf, type TestServer } from './server.ts';

export interface Answer {
	status: number;
	headers: Headers;
	// Answers of every route; tests look at what they expect.
	body: Record<string, unknown>;
}

/** A JPEG as far as its first bytes go; no server looks further. */
export function pictureBytes(text = 'a receipt'): Buffer {
	return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(text)]);
}

export function sha256Of(bytes: Uint8Array | string): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** Somebody with a session, who talks to a real server as a device does. */
export class TestPerson {
	readonly url: string;
	readonly cookie: string;
	readonly view: SessionView;
	readonly card: SignInCard;

	private constructor(url: string, cookie: string, view: SessionView, card: SignInCard) {
		this.url = url;
		this.cookie = cookie;
		this.view = view;
		this.card = card;
	}

	static async signIn(server: Pick<TestServer, 'url' | 'signIns'>, firstName: string) {
		const card = signInOf(server, firstName);
		const answer = await fetch(`${server.url}/_outlay/session`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(card)
		});
		if (answer.status !== 200) throw new Error(`sign-in of ${firstName}: ${answer.status}`);
		const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
		return new TestPerson(server.url, cookie, (await answer.json()) as SessionView, card);
	}

	/** The same session at a server that was started again. */
	at(server: Pick<TestServer, 'url'>): TestPerson {
		return new TestPerson(server.url, this.cookie, this.view, this.card);
	}

	get userId(): string {
		return this.view.userId;
	}
	get mailbox(): string {
		return this.view.databases.mailbox;
	}

	async request(method: string, path: string, body?: unknown): Promise<Answer> {
		const answer = await fetch(`${this.url}${path}`, {
			method,
			headers: {
				cookie: this.cookie,
				...(body === undefined ? {} : { 'content-type': 'application/json' })
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) })
		});
		const text = await answer.text();
		return {
			status: answer.status,
			headers: answer.headers,
			body: (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {}) as Answer['body']
		};
	}

	/** Writes a document to a database, their mailbox unless named. */
	async put(document: { _id: string } & object, database = this.mailbox): Promise<Answer> {
		return this.request('PUT', `/${database}/${encodeURIComponent(document._id)}`, document);
	}

	/** Null when it is not there. */
	async read(id: string, database = this.mailbox): Promise<Record<string, unknown> | null> {
		const { status, body } = await this.request('GET', `/${database}/${encodeURIComponent(id)}`);
		return status === 200 ? body : null;
	}

	/** Ids in a database, their mailbox unless named, in order. */
	async ids(database = this.mailbox): Promise<string[]> {
		const { body } = await this.request('GET', `/${database}/_all_docs`);
		return (body['rows'] as { id: string }[]).map(({ id }) => id);
	}

	async putPicture(bytes: Buffer, mediaType = 'image/jpeg', id = blobId(sha256Of(bytes))) {
		return this.put({
			_id: id,
			_attachments: { data: { content_type: mediaType, data: bytes.toString('base64') } }
		} as { _id: string });
	}

	document<T extends DocumentType>(type: T, id: string, body: DocumentOf<T>['body']) {
		const at = new Date().toISOString();
		return {
			_id: id,
			type,
			schema: DOCUMENT_VERSIONS[type],
			companyId: this.view.companyId,
			ownerId: this.userId,
			createdAt: at,
			updatedAt: at,
			body
		};
	}

	newId(type: 'transaction' | 'receipt' | 'trip' | 'submission' | 'recall' | 'decision'): string {
		return documentId(type, this.userId, ulid().toLowerCase());
	}

	expense(change: Partial<ExpenseBody> = {}): ExpenseBody {
		return {
			kind: 'expense',
			merchant: 'Byggemarkedet',
			amountMinor: 12_550,
			amountText: '',
			currency: 'DKK',
			spentOn: today(),
			country: 'DK',
			costTypeId: 'parking',
			purpose: 'Seals for pump 4',
			paidWith: 'own-money',
			receiptIds: [],
			clearances: [],
			...change
		};
	}

	mileage(change: Partial<MileageBody> = {}): MileageBody {
		return {
			...emptyMileage({ day: '2025-06-02', country: 'DK' }),
			from: 'Workshop',
			to: 'Pump 4',
			purpose: 'Repair',
			distanceM: 10_000,
			...change
		};
	}

	receipt(bytes: Buffer, transactionId: string, thumbnail: Buffer | null = null) {
		return this.document('receipt', this.newId('receipt'), {
			transactionId,
			sha256: sha256Of(bytes),
			mediaType: 'image/jpeg',
			byteLength: bytes.byteLength,
			widthPx: 10,
			heightPx: 10,
			page: 1,
			addedAt: new Date().toISOString(),
			thumbnailSha256: thumbnail && sha256Of(thumbnail)
		});
	}

	async submission(change: Partial<SubmissionBody> = {}) {
		const content: Omit<SubmissionBody, 'contentHash'> = {
			subjectId: this.newId('transaction'),
			previousId: null,
			snapshot: this.expense(),
			amountMinor: 12_550,
			currency: 'DKK',
			derivation: [],
			receipts: [],
			tripId: null,
			routeId: null,
			fixesSha256: null,
			yearBeforeM: 0,
			settingsFrom: '2023-01-01',
			submittedAt: new Date().toISOString(),
			...change
		};
		const contentHash = await contentHashOf(content, (text) => Promise.resolve(sha256Of(text)));
		return this.document('submission', this.newId('submission'), {
			...content,
			contentHash: change.contentHash ?? contentHash
		});
	}

	/** An expense with one picture: everything a device sends for it. */
	async expenseWithPicture(text = 'a receipt', thumbnail: Buffer | null = null) {
		const transactionId = this.newId('transaction');
		const bytes = pictureBytes(text);
		const receipt = this.receipt(bytes, transactionId, thumbnail);
		const snapshot = this.expense({ receiptIds: [receipt._id] });
		const { sha256, mediaType, byteLength, thumbnailSha256 } = receipt.body;
		return {
			bytes,
			receipt,
			blobId: blobId(sha256),
			transaction: this.document('transaction', transactionId, snapshot),
			submission: await this.submission({
				subjectId: transactionId,
				snapshot,
				receipts: [{ receiptId: receipt._id, sha256, mediaType, byteLength, thumbnailSha256 }]
			})
		};
	}

	/** A recorded trip with its raw fixes, its route, and the submission of its mileage. */
	async drivenTrip() {
		const tripId = this.newId('trip');
		const startedAtMs = 1_750_000_000_000;
		const stoppedAtMs = startedAtMs + 600_000;
		const span = { startedAtMs, stoppedAtMs, distanceM: 10_000 };
		const snapshot = this.mileage({ tripId, distanceSource: 'recorded' });
		const transactionId = this.newId('transaction');
		return {
			transaction: this.document('transaction', transactionId, snapshot),
			trip: this.document('trip', tripId, drivenTripBody(span)),
			trace: this.document('trace', traceId(tripId, 0), {
				tripId,
				n: 0,
				isOpen: false,
				fixes: [[startedAtMs, 55.5, 12.5, 5, null, null]]
			}),
			route: this.document('route', routeIdOf(tripId), drivenRouteBody(tripId, span)),
			submission: await this.submission({
				subjectId: transactionId,
				snapshot,
				amountMinor: 3810,
				tripId,
				routeId: routeIdOf(tripId),
				fixesSha256: sha256Of('')
			})
		};
	}

	decision(
		submission: { _id: string; body: SubmissionBody },
		verdict: Verdict,
		reason = verdict === 'approve' ? '' : 'The name of the guest is missing'
	) {
		return this.document('decision', this.newId('decision'), {
			submissionId: submission._id,
			submissionHash: submission.body.contentHash,
			verdict,
			reason,
			actedFor: null,
			decidedAt: new Date().toISOString(),
			clearances: []
		});
	}

	recall(submissionId: string) {
		return this.document('recall', this.newId('recall'), {
			submissionId,
			recalledAt: new Date().toISOString()
		});
	}
}

function today(): string {
	return new Date().toISOString().slice(0, 10);
}
