/** Kinds of images by the ending of their files. */
export const imageTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** JSON Schema of the images that come with a message. */
export const imagesSchema = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['image', 'mediaType'],
    properties: {
      image: { type: 'string', minLength: 1, description: 'Base64 data, or a URL.' },
      mediaType: { type: 'string', pattern: '^image/[a-z0-9.+-]+$' },
    },
  },
} as const;
