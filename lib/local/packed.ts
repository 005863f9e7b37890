// What a binary carries beside every module, by name.

/** The thread in which pictures are decoded, bundled. */
export const pictureWorker = "picture-worker.js";
