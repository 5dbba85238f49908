import Testing

@testable import CRICommands

struct SubcommandTests {
  @Test(arguments: Subcommand.allCases)
  func `a subcommand is found by the name of its declaration and by each alias`(_ subcommand: Subcommand) {
    #expect(subcommand.declaredNames.first == subcommand.rawValue)
    for word in subcommand.declaredNames { #expect(Subcommand(word: word) == subcommand, "\(word)") }
  }

  @Test func `each subcommand is in one group of the help`() {
    let grouped = Subcommand.groups.flatMap(\.subcommands)
    #expect(Set(grouped) == Set(Subcommand.allCases) && grouped.count == Subcommand.allCases.count)
  }

  @Test(arguments: ["", "p", "handlers", "portForward", "--help"])
  func `any other word is not a subcommand`(_ word: String) { #expect(Subcommand(word: word) == nil) }
}
