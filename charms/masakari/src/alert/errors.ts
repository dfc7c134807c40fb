/** What kept OpenStack from doing as it was asked: one line for people, never with a password or a token. */
export class CloudError extends Error {
  override readonly name = 'CloudError';
}
