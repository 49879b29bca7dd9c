/** The texts of the Reports page. */
export const reports = {
  intro: 'People report spam and abuse from their apps. You decide what to do about it.',
  empty: 'No reports',
  emptyText: 'When somebody reports a message or a person from their app, you will see it here.',
  waiting: 'Waiting for you',
  resolved: 'Dealt with',
  reasons: { spam: 'Spam', abuse: 'Abuse' },
  by: (reporter: string) => `Reported by ${reporter}`,
  messages: 'What was reported',
  unknownMessage: 'A message that this server has not kept.',
  resolve: 'Mark as dealt with',
  resolveName: (reported: string) => `Mark as dealt with: the report about ${reported}`,
  told: 'The report is marked as dealt with.',
};
