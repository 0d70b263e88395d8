/** The page's one table of control states, from `<script id="states">`. */

import { StateTable } from "baum/core/states.js";
import { pageData } from "baum/io/page_data.js";

export const STATES = new StateTable(pageData("states"));
