//! Files of a commit's tree.
/// placeholder
pub struct TreeFiles;
