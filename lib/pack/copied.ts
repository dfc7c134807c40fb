/** Folders of a charm that go into its archive as they are, where it has them. */
export const COPIED_FOLDERS: readonly string[] = ['templates', 'files'];

/** Files of a charm that do. */
export const COPIED_FILES: readonly string[] = ['README.md', 'icon.svg', 'lxd-profile.yaml'];
