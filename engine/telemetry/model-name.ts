/** Names of providers as the conventions of OpenTelemetry have them, where they are others. */
const conventional: Readonly<Record<string, string>> = {
  google: 'gcp.gemini',
  gemini: 'gcp.gemini',
  vertex: 'gcp.vertex_ai',
  'google-vertex': 'gcp.vertex_ai',
  bedrock: 'aws.bedrock',
  'amazon-bedrock': 'aws.bedrock',
  azure: 'azure.ai.openai',
  mistral: 'mistral_ai',
  xai: 'x_ai',
};

/** The two parts of `provider/model`, the provider as the conventions call it. */
export function splitModel(model: string): { readonly provider: string; readonly id: string } {
  const slash = model.indexOf('/');
  const provider = slash < 0 ? '' : model.slice(0, slash);
  return { provider: conventional[provider] ?? provider, id: model.slice(slash + 1) };
}
