/** Why one document is not written, and the status that has when it is written alone. */
export interface Refused {
	error: string;
	reason: string;
	statusCode: number;
}
