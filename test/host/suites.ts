/** The order of the suites: signed out first, then with a sign-in, then with the demo open. */
import './signedOut.test';
import './signIn.test';
import './demo.test';
import './labs.test';
import './labFiles.test';
