const SALT_BYTES = 32;
const CHALLENGE_BYTES = 32;
const TIMEOUT_MS = 60_000;

/** A secret the platform hands out again each time the person shows face, finger or the device's own code. */
export interface PlatformSecret {
	credentialId: ArrayBuffer;
	salt: ArrayBuffer;
	/** 32 bytes. */
	secret: ArrayBuffer;
}

/** WebAuthn with the PRF extension, on this device's own authenticator. The server never hears of it. */
export interface PlatformKeys {
	/** Whether the device has an authenticator of its own; whether it can hand out secrets shows when one is made. */
	canBeTried(): Promise<boolean>;
	/** Null where the person declines or the platform hands out no secrets. */
	create(personName: string): Promise<PlatformSecret | null>;
	/** Null where the person declines or the platform doesn't know it any more. */
	secretOf(kept: Pick<PlatformSecret, 'credentialId' | 'salt'>): Promise<ArrayBuffer | null>;
}

export function createPlatformKeys(): PlatformKeys {
	return { canBeTried, create, secretOf };
}

async function canBeTried(): Promise<boolean> {
	// Missing on addresses without TLS, whatever the type says; and an address of numbers can't own a credential.
	const ability = globalThis.PublicKeyCredential as typeof PublicKeyCredential | undefined;
	if (ability === undefined || /^[\d.]+$|:/.test(location.hostname)) return false;
	return ability.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

async function create(personName: string): Promise<PlatformSecret | null> {
	const salt = randomBytes(SALT_BYTES);
	const credential = await orNull(() =>
		navigator.credentials.create({
			publicKey: {
				challenge: randomBytes(CHALLENGE_BYTES),
				rp: { name: 'Outlay' },
				user: { id: randomBytes(16), name: personName, displayName: personName },
				pubKeyCredParams: [
					{ type: 'public-key', alg: -7 },
					{ type: 'public-key', alg: -257 }
				],
				authenticatorSelection: {
					authenticatorAttachment: 'platform',
					userVerification: 'required'
				},
				timeout: TIMEOUT_MS,
				extensions: { prf: { eval: { first: salt } } }
			}
		})
	);
	if (!(credential instanceof PublicKeyCredential)) return null;
	const { prf } = credential.getClientExtensionResults();
	if (prf?.enabled !== true) return null;
	const credentialId = credential.rawId;
	// Some platforms hand the secret out only when asked the second time.
	const secret =
		bytesOf(prf.results?.first) ?? (await secretOf({ credentialId, salt: salt.buffer }));
	return secret && { credentialId, salt: salt.buffer, secret };
}

async function secretOf({
	credentialId,
	salt
}: Pick<PlatformSecret, 'credentialId' | 'salt'>): Promise<ArrayBuffer | null> {
	const credential = await orNull(() =>
		navigator.credentials.get({
			publicKey: {
				challenge: randomBytes(CHALLENGE_BYTES),
				allowCredentials: [{ type: 'public-key', id: credentialId, transports: ['internal'] }],
				userVerification: 'required',
				timeout: TIMEOUT_MS,
				extensions: { prf: { eval: { first: salt } } }
			}
		})
	);
	if (!(credential instanceof PublicKeyCredential)) return null;
	return bytesOf(credential.getClientExtensionResults().prf?.results?.first);
}

/** Declined, timed out, or not known here: the passcode still opens. */
async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
	try {
		return await ask();
	} catch (error) {
		if (error instanceof DOMException) return null;
		throw error;
	}
}

function bytesOf(source: BufferSource | undefined): ArrayBuffer | null {
	if (source === undefined) return null;
	if (source instanceof ArrayBuffer) return source;
	return new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice().buffer;
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
	return crypto.getRandomValues(new Uint8Array(length));
}
