import CRIPreflight
import CRIProtobuf
import CRIReport
import CRIRules
import CRISnapshot
import TestSupport
import Testing

/// Changing the wording of a prediction changes its text and nothing else.
@Suite struct PreflightWordingTests {
  @Test(arguments: PreflightCase.all) func `a prediction does not depend on the wording`(test: PreflightCase) {
    for target in [nil, RuntimeVersion("9.9.9")] {
      var facts = PreflightFacts.good(test.runtime)
      test.change(&facts)
      if let target { facts.target = target }
      let (report, time) = (PreflightReport(facts), Timestamp(seconds: 1))
      let code: Int32 =
        switch report.verdict {
        case .none: 0
        case .loss: 5
        case .unchecked: 3
        }
      let english = ReportView(report, exitCode: code, checked: time)
      let other = ReportView(report, exitCode: code, checked: time, text: Rewording.text)
      #expect(Rewording.differences(english, other).isEmpty)
      // A rule's label does not come from the catalogue.
      #expect(Rewording.textsNotReworded(other, verbatim: Set(other.unchecked.map(\.subject))).isEmpty)
      #expect(Rewording.textsNotReworded(english).count > 1, "no text was found, so this test proves nothing")
    }
  }
}
