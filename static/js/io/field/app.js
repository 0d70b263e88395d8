/** Which version of the app this page is, as the page says it. */

import { pageData } from "baum/io/page_data.js";

const config = pageData("field-config") ?? {};

/** Name of the version, written into every entry. */
export const BUILD = config.build ?? "";
