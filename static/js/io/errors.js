/** Every way in which a request can fail, by name; io/api.js throws them, forms tell them apart. */

/** Base of all: `sentence` may be shown to people. */
export class RequestError extends Error {
  constructor(sentence, status = 0) {
    super(sentence);
    this.name = new.target.name;
    this.sentence = sentence;
    this.status = status;
  }
}

/** No answer came: no net, or the server is down. What was typed is kept. */
export class Unreachable extends RequestError {}

/** 400: `problems` holds sentences by field ("non_field" for the rest). */
export class Refused extends RequestError {
  constructor(sentence, problems) {
    super(sentence, 400);
    this.problems = problems;
  }
}

/** 412: somebody else has changed the row; `conflicts` shows both values. */
export class Stale extends RequestError {
  constructor(sentence, current, conflicts) {
    super(sentence, 412);
    this.current = current;
    this.conflicts = conflicts;
  }
}

/** 401: the session has ended. */
export class SignedOut extends RequestError {}

/** 403: signed in, but the role needs a second factor that is not set up yet. */
export class FactorMissing extends SignedOut {}

/** 403: the role does not allow it. */
export class Forbidden extends RequestError {}

/** 404. */
export class Missing extends RequestError {}

/** 5xx and whatever else. */
export class Broken extends RequestError {}
