/** Texts of the YAML files of a repository, by path. */
export type Files = ReadonlyMap<string, string>
