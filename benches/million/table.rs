//! The figures, each beside what is wanted of it.

/// Figures in the order in which they were measured.
#[derive(Default)]
pub(crate) struct Table(Vec<[String; 4]>);

impl Table {
    /// Adds a figure, and says it at once: a run takes minutes.
    pub(crate) fn add(&mut self, figure: &str, wanted: &str, measured: &str, holds: bool) {
        let holds = if holds { "yes" } else { "NO" };
        println!("{figure}: {measured} ({wanted}: {holds})");
        self.0.push([figure, wanted, measured, holds].map(str::to_owned));
    }

    /// Prints them in columns.
    pub(crate) fn print(&self) {
        let head = ["figure", "wanted", "measured", "holds"].map(str::to_owned);
        let width = |at: usize| std::iter::once(&head).chain(&self.0).map(|row| row[at].chars().count()).max();
        let widths = [0, 1, 2, 3].map(|at| width(at).unwrap_or_default());
        println!();
        for row in std::iter::once(&head).chain(&self.0) {
            let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            println!("| {} |", cells.join(" | "));
        }
    }
}
