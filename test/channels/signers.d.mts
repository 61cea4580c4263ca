/** The header `x-hub-signature-256` of a body. */
export function signedByGitHub(secret: string, body: string): Promise<string>;

/** The header `stripe-signature` of a body, at a time in seconds. */
export function signedByStripe(secret: string, body: string, timestamp: number): Promise<string>;
