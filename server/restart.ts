/** The reason of a stop after which whoever runs the server starts it again. */
export const RESTART = 'restart';
