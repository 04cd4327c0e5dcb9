/** The order of the suites: signed out first, then with the demo open. */
import './activation.test';
