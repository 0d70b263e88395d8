/** The fixed lists in the reader's language. */

import { vocabulary } from "baum/core/vocabulary.js";
import { t } from "baum/io/words.js";

export const WORDS = vocabulary(t);
