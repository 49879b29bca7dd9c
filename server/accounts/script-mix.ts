/**
 * Scripts in one name (UTS #39 section 5.2, “highly restrictive”): all letters of one script, or Latin letters among those
 * of Japanese, Chinese or Korean, which are written like that. Latin among Cyrillic or Greek is how names are forged.
 */

/** The recommended scripts and those in limited use (UAX #31 tables 5 and 7): what people write their names in today. */
const SCRIPTS = [
  'Latin Cyrillic Greek Arabic Hebrew Armenian Georgian Han Hiragana Katakana Bopomofo Hangul',
  'Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thaana',
  'Thai Lao Khmer Myanmar Tibetan Ethiopic Adlam Balinese Bamum Batak Canadian_Aboriginal Chakma Cham Cherokee',
  'Hanifi_Rohingya Javanese Kayah_Li Lepcha Limbu Lisu Mandaic Meetei_Mayek Miao Mongolian New_Tai_Lue Newa Nko',
  'Nyiakeng_Puachue_Hmong Ol_Chiki Osage Saurashtra Sundanese Syloti_Nagri Syriac Tai_Le Tai_Tham Tai_Viet',
  'Tifinagh Vai Wancho Yi',
].flatMap((line) => line.split(' '));

const TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];

/** Signs that belong to a few scripts only are of those, and not of all (UTS #39 section 5.1). */
const ALLOWED: readonly RegExp[] = [...SCRIPTS.map((script) => [script]), ...TOGETHER].map(
  (scripts) =>
    new RegExp(
      `^[${['Common', 'Inherited', ...scripts].map((name) => `\\p{Script_Extensions=${name}}`).join('')}]*$`,
      'u',
    ),
);

/** True when a person could have written `name` with one keyboard. It is prepared. */
export function isOfOneScript(name: string): boolean {
  return ALLOWED.some((allowed) => allowed.test(name));
}
