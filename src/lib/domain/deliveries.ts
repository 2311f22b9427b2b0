import { judgesSoFar } from './open-stage.ts';
import type { DatabaseAddress } from './addresses.ts';
import type { OutlayDocument } from './documents.ts';
import { blobId, ownerOf } from './identifiers.ts';

/** What the mailroom needs to know of a company to address its post. */
export interface CompanyPeople {
	companyId: string;
	/** Each person's current approver, by user id. */
	approverOf: ReadonlyMap<string, string | null>;
	/** Whose turn it is with a submission, by its id; the owner's approver where it isn't said. */
	judgesOf?: ReadonlyMap<string, readonly string[]>;
}

export interface Delivery {
	/** A document of the mailbox the rule looked at, or one its document names. */
	documentId: string;
	to: DatabaseAddress;
}

/**
 * Where documents belong beside the mailbox they were written in: submissions with their receipts, pictures and
 * route, and recalls, go to the ledger and whose turn it is; decisions to the ledger and the owner; cases to the ledger,
 * the owner and everybody whose turn it was or is, not to an approver who came later and never had the submission.
 * Working copies, trips and raw fixes belong nowhere else. A delivery names documents that may not have arrived yet: a
 * photo comes after its submission. The same list for the same documents, in any order.
 */
export function deliveriesOf(
	documents: readonly OutlayDocument[],
	company: CompanyPeople
): Delivery[] {
	const deliveries = new Map<string, Delivery>();
	const deliver = (documentId: string, to: DatabaseAddress) => {
		deliveries.set(`${documentId} ${addressKey(to)}`, { documentId, to });
	};
	const ledger: DatabaseAddress = { kind: 'ledger', companyId: company.companyId };
	const mailbox = (userId: string): DatabaseAddress => ({
		kind: 'mailbox',
		companyId: company.companyId,
		userId
	});
	const judges = (ownerId: string, submissionId: string): DatabaseAddress[] => {
		const approverId = company.approverOf.get(ownerId);
		const ids = company.judgesOf?.get(submissionId) ?? (approverId ? [approverId] : []);
		return [ledger, ...ids.map(mailbox)];
	};

	for (const document of documents) {
		if (document.companyId !== company.companyId) continue;
		switch (document.type) {
			case 'submission': {
				const { receipts, routeId } = document.body;
				const enclosed = receipts.flatMap(({ receiptId, sha256, thumbnailSha256 }) => [
					receiptId,
					blobId(sha256),
					...(thumbnailSha256 ? [blobId(thumbnailSha256)] : [])
				]);
				for (const to of judges(document.ownerId, document._id)) {
					for (const id of [document._id, ...enclosed, ...(routeId ? [routeId] : [])])
						deliver(id, to);
				}
				break;
			}
			case 'recall':
				for (const to of judges(document.ownerId, document.body.submissionId)) {
					deliver(document._id, to);
				}
				break;
			case 'decision': {
				deliver(document._id, ledger);
				const submitterId = ownerOf(document.body.submissionId);
				if (submitterId !== null && company.approverOf.has(submitterId)) {
					deliver(document._id, mailbox(submitterId));
				}
				break;
			}
			case 'case': {
				deliver(document._id, ledger);
				deliver(document._id, mailbox(document.ownerId));
				const soFar = judgesSoFar(document.body);
				for (const userId of soFar) {
					if (company.approverOf.has(userId)) deliver(document._id, mailbox(userId));
				}
				// Without stages the case does not say whom the submission went to.
				if (soFar.length > 0) break;
				for (const to of judges(document.ownerId, document.body.submissionId)) {
					deliver(document._id, to);
				}
				break;
			}
			case 'transaction':
			case 'receipt':
			case 'trip':
			case 'trace':
			case 'route':
			case 'kept':
			case 'person':
			case 'profile':
			case 'setting':
				break;
		}
	}
	return [...deliveries.keys()].sort().flatMap((key) => deliveries.get(key) ?? []);
}

function addressKey(address: DatabaseAddress): string {
	return address.kind === 'mailbox'
		? `mailbox-${address.companyId}-${address.userId}`
		: `${address.kind}-${address.companyId}`;
}
