/** Why a file cannot be read or written, in words; nothing about the calls and the drafts that it took. */
export function whyNot(thrown: unknown): string {
  const { code } = thrown as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? code ?? String(thrown);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a file stands where its folder should be',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the disk can only be read',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'its name is too long',
};
