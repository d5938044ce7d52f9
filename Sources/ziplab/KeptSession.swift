import Files
import Foundation
import Notebook

/// What a person types is kept without being asked for: the session among the user's own, the inputs in a history.
final class KeptSession {
    /// Whether the session is still to be kept, from its first statement on.
    private var isWanted: Bool
    /// The name that it is kept under.
    private(set) var name: String?

    init(isWanted: Bool) {
        self.isWanted = isWanted
    }

    /// Begins to keep the session, once; where that cannot be, it is said.
    func begin(_ notebook: Notebook) {
        guard isWanted, let library = notebook.host.sessions else { return }
        isWanted = false
        do {
            name = try library.begin(notebook, day: Self.today)
        } catch {
            Output.writeError("ziplab: this session is not kept: \(escapedForDisplay("\(error)"))\n")
        }
    }

    /// Such as `2026-11-27`, in the person's time zone.
    static var today: String {
        Date.now.formatted(Date.ISO8601FormatStyle(timeZone: .current).year().month().day())
    }

    /// The history file below the user's state folder; nil where that cannot be made.
    static func historyPath() -> String? {
        let environment = ProcessInfo.processInfo.environment
        guard let folder = SessionLibrary.stateFolder(environment: environment) else { return nil }
        do {
            try Folder.create(folder)
        } catch {
            return nil
        }
        return folder + "/history"
    }
}
