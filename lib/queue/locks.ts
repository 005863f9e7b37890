// The advisory locks that masters of one database share, each a number that nothing else in it may use.

/** Who brings the tables up to date. */
export const migrationLock = 4_877_101;
/** Who makes messages of events. */
export const tellLock = 4_877_102;
/** Who keeps house. */
export const houseLock = 4_877_103;
/** Who changes what jobs wait for. */
export const dependencyLock = 4_877_104;
