// The table of control states (inspections/rules/states.json) as the page brings it, ready to look up.

/** States with their drawings. */
export class StateTable {
  /** @param {{view_box: string, states: object[], immediate: object}} table */
  constructor(table) {
    this.viewBox = table.view_box;
    this.states = table.states;
    this.immediate = table.immediate;
    this.byCode = new Map(table.states.map((state) => [state.code, state]));
  }

  /** Codes in the order of the legend: most dangerous first. */
  codes() {
    return [...this.states].sort((a, b) => b.rank - a.rank).map((state) => state.code);
  }

  /** @param {string} code state or "immediate" */
  get(code) {
    return code === "immediate" ? this.immediate : this.byCode.get(code);
  }

  /** Rank of a state; the higher, the more dangerous; -1 for an unknown one. */
  rank(code) {
    return this.byCode.get(code)?.rank ?? -1;
  }
}

/**
 * The drawing of a symbol as SVG text; values come from our own table only.
 *
 * @param {StateTable} table
 * @param {string} code
 * @param {boolean} immediate with the ring
 * @returns {{viewBox: string, paths: object[]}}
 */
export function drawing(table, code, immediate) {
  const ringed = immediate || code === "immediate";
  return {
    viewBox: ringed ? table.immediate.view_box : table.viewBox,
    paths: [
      ...(code === "immediate" ? [] : table.get(code)?.path ?? []),
      ...(ringed ? table.immediate.path : []),
    ],
  };
}
