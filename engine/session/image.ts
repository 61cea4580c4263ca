import { imageTypes } from '../core/image-types.ts';
import type { ImagePart } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import type { Workspace } from './workspaces/workspace.ts';

/**
 * An image from an address, `data:` text, or a path in a workspace.
 * Throws Problem `invalid_input` for a file that does not look like an image, and the sandbox's.
 */
export async function imageOf(place: string, workspace: Workspace): Promise<ImagePart> {
  if (/^https?:\/\//i.test(place))
    return { type: 'image', image: place, mediaType: mediaTypeOf(place) ?? 'image/*' };
  const inline = /^data:(image\/[a-z0-9.+-]+);base64,(.+)$/is.exec(place);
  if (inline !== null) return { type: 'image', image: inline[2] ?? '', mediaType: inline[1] ?? '' };
  const mediaType = mediaTypeOf(place);
  if (mediaType === undefined) {
    const endings = Object.keys(imageTypes).join(', ');
    throw new Problem(
      'invalid_input',
      `"${place}" is no image; expected a name that ends in one of ${endings}`,
    );
  }
  const content = await (await workspace.open()).readFile(place);
  return { type: 'image', image: Buffer.from(content).toString('base64'), mediaType };
}

/** The media type of an image by the ending of its name; undefined for other files. */
export function mediaTypeOf(place: string): string | undefined {
  const ending = /\.([a-z]+)$/i.exec(place.replace(/[?#].*$/s, ''))?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(imageTypes, ending) ? imageTypes[ending] : undefined;
}
