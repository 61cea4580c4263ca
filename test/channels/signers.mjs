// What the libraries of services sign. Their types are over 300,000 lines; signers.d.mts has the two that count.
export async function signedByGitHub(secret, body) {
  const { Webhooks } = await import('@octokit/webhooks');
  return new Webhooks({ secret }).sign(body);
}

export async function signedByStripe(secret, body, timestamp) {
  const { default: Stripe } = await import('stripe');
  return new Stripe('sk_test_none').webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
}
